"""What copy says: names, figures, quotations, datelines, keywords. Rules and data; no model."""
