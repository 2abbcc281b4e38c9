"""Stories in the forms in which records travel in the trade. Pure: a story record in, a document out."""
