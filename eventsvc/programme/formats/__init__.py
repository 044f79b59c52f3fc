"""Programmes as files: each format read to one plan and written from it, without a database."""
