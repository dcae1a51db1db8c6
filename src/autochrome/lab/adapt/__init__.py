"""Tune the network to the colours of one film or series. Read `adapt` first."""
