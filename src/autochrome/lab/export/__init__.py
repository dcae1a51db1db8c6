"""Export: from a trained network to an ONNX file."""
