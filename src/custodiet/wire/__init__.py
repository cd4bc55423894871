"""Bytes to nouns and back, on paper: nothing here opens, sends or stores."""
