"""What is different between two versions of one article."""
