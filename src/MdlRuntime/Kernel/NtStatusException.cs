namespace MdlRuntime;

/// <summary>A raised status: what a driver's __try/__except would catch. WDK: ExRaiseStatus.</summary>
public class NtStatusException : Exception
{
    /// <summary>Raises <paramref name="status"/>.</summary>
    /// <param name="status">The exception code.</param>
    /// <param name="message">One sentence on what went wrong; the status name by default.</param>
    /// <param name="innerException">The host exception behind it, if any.</param>
    public NtStatusException(NtStatus status, string? message = null, Exception? innerException = null)
        : base(message is null ? status.ToString() : $"{status}: {message}", innerException) =>
        Status = status;

    /// <summary>The exception code.</summary>
    public NtStatus Status { get; }

    /// <summary>The analyzer rule that finds the cause at build time, if there is one.</summary>
    public string? RuleId { get; internal init; }
}
