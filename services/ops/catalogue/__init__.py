"""The rows of the table of metrics, by what they are about."""
