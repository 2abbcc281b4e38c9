"""Compiled functions of the services: when they are loaded, and for which processors they are compiled."""
