"""Measure how well a network colours: metrics, baselines, protocols for photos, films and strokes, reports."""
