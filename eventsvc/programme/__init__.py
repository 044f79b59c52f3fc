"""Sessions, speakers, rooms and tracks."""
