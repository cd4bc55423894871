"""Key management: what holds the epoch key. The root lies outside the data folder."""
