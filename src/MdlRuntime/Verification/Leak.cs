namespace MdlRuntime.Verification;

/// <summary>Something that a driver has left behind: the object if there is one, and how it was made.</summary>
internal readonly record struct Leak(string What, string? RuleId, ITracked? Subject, Transition Made);
