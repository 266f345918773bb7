namespace MdlRuntime;

/// <summary>A raised status: what __try/__except would catch.</summary>
public class NtStatusException : Exception { public NtStatus Status => throw null!; }
