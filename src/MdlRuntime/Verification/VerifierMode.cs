namespace MdlRuntime.Verification;

/// <summary>What a machine does about the misuse it sees.</summary>
public enum VerifierMode
{
    /// <summary>Behaves like a kernel without Driver Verifier: damage happens, within the simulated memory.</summary>
    Off,

    /// <summary>Records each finding and goes on as <see cref="Off"/> does.</summary>
    Survey,

    /// <summary>Stops the machine at the first finding, with Driver Verifier's code and parameters.</summary>
    Strict,
}
