"""Registrations: seats, the waiting list, the manage page."""
