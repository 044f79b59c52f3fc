"""The office's real events and their next editions, built by calling the rules."""
