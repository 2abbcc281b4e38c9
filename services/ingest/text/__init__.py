"""Bytes and markup to plain text, and what language it is in."""
