"""A small programme in each of the shapes that tests read: two days, a night, two rooms at once, three people."""

from __future__ import annotations

from datetime import date

from eventsvc.programme.formats.plan import Setting

SETTING = Setting("Europe/Amsterdam", date(2027, 5, 30), date(2027, 5, 31))

FRAB = """<?xml version="1.0" encoding="utf-8"?>
<schedule>
<version>0.3</version>
<conference><acronym>school</acronym><title>A school</title></conference>
<day date="2027-05-30" end="2027-05-31T04:00:00+02:00" index="1" start="2027-05-30T09:00:00+02:00">
<room name="Aula">
<event guid="one" id="11">
<date>2027-05-30T09:30:00+02:00</date><start>09:30</start><duration>00:45</duration>
<room>Aula</room><title>Opening &amp; welcome</title><subtitle>Good morning</subtitle>
<track>Policy</track><type>lecture</type><language>en</language>
<abstract>Short.</abstract><description>Long.</description>
<persons><person id="1">Ada</person><person id="2">Sam</person></persons><links></links>
</event>
<event guid="night" id="12">
<date>2027-05-31T00:15:00+02:00</date><start>00:15</start><duration>02:15</duration>
<room>Aula</room><title>Night walk</title><subtitle></subtitle>
<track>Care</track><type>other</type><language>nl</language>
<abstract></abstract><description></description><persons></persons>
</event>
</room>
<room name="Side room">
<event id="13">
<start>09:30</start><duration>1:30</duration>
<room>Side room</room><title>Who is missing?</title><type>podium</type><language></language>
<persons><person id="3"> Dee </person></persons>
</event>
</room>
</day>
</schedule>
"""
