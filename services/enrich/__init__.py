"""Clusters in, stories, story changes and events out."""
