"""The alerts, a module for each question that wakes somebody."""
