"""Recordings and archives in place of the network."""
