namespace MdlRuntime.Verification;

public enum VerifierMode { Off, Survey, Strict }
