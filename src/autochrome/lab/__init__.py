"""The lab: everything that makes models. The only home of torch.

Training code needs only torch, numpy, Pillow or OpenCV, PyYAML, pydantic, rich, safetensors and tensorboard.
"""
