"""The lab: training data, networks, training, export. It is the only package that imports torch.

Training needs only torch, numpy, Pillow or OpenCV, PyYAML, pydantic, rich, safetensors and tensorboard.
"""
