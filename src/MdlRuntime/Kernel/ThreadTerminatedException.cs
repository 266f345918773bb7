namespace MdlRuntime;

/// <summary>Unwinds a thread whose process has ended. Never seen outside the thread.</summary>
internal sealed class ThreadTerminatedException : Exception;
