"""Pictures and films as files: reading and writing, in pieces. What leaves is pixels, and our errors."""
