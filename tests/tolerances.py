"""Every tolerance of the suite, in one place. Nobody loosens a number where it failed."""

TOLERANCES = {
    "lightness, 8 bit": 0.5,  # |ΔL*|
    "lightness, 16 bit": 0.05,  # |ΔL*|
    "lab against scikit-image": 0.02,  # they round the white point differently
    "srgb against scikit-image": 1e-3,
    "openvino against onnxruntime, f32": 0.01,  # a*b*
    "openvino against onnxruntime, bf16": 1.5,  # a*b*: eight bits of mantissa
    # a*b*, root mean square; the eye tells 2 apart. Where bf16 rounds otherwise, eight bits go one step up or down.
    "8 bits, and bf16 but for the first blocks, against 8 bits and f32": 1.0,
    "contract arithmetic": 0.01,  # a*b*: a network of one linear layer against numpy
    "lightness, floats": 1e-3,  # |ΔL*|
    "metrics against scikit-image": 1e-9,  # dB, SSIM, ΔE
    "psnr of one picture made two ways": 0.15,  # dB: two roundings to the same 8 bits
    "f1 of scene cuts, made films": 0.95,
    "frame in the studio against export, mean": 1.0,  # a*b*: a film stores whole code values, half as many of chroma
    "frame in the studio against export, 99 %": 3.0,  # a*b*
    "ssim of every second window": 0.02,
    "grey of Y′ against grey of L*": 0.3,  # dB: a film keeps its Y′, the baseline L*
}
