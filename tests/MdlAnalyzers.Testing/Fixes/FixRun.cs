using Microsoft.CodeAnalysis.CodeFixes;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>One way of applying the fixes: one by one (no scope) or Fix All in a scope.</summary>
internal sealed record FixRun(string Name, FixAllScope? Scope, IterationCount Count, bool StopAfterOne);
