"""Families of one text."""
