/** The ONNX Runtime domain of the operators that work on blocks of channels. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';
