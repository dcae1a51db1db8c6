/** The types of the runtime, which the build puts here. */
export * from "onnxruntime-web";
