"""Everything as iCalendar: entries, feeds, invitations."""
