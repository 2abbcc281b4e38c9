"""What is looked for: words folded alike in texts and in queries."""
