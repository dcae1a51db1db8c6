"""Colour arithmetic: Lab, Y′CbCr, the gamut, other sizes, and small colour brought to full size."""
