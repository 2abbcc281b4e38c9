"""The roles of a dedup that is spread over processes, by name."""

ROLES = ("plan", "sign", "range", "pair", "fold")
"""In the direction of the flow. `fold` is dedup itself, told by the others."""
