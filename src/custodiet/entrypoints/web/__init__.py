"""The page for people: until roles exist, one plain local page without positions or names, and the log's tiles."""
