"""Films as numbered pictures: DPX, EXR, TIFF, PNG and JPEG sequences."""
