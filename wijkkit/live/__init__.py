"""Live pages of a study: per wijk what was planned, done, reached and decided, with the forms."""
