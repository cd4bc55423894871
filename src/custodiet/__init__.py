"""Custodiet: no look without a reason, no reason without a record."""
