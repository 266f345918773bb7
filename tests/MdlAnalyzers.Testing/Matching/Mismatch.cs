namespace Microsoft.CodeAnalysis.Testing;

/// <summary>One way in which a reported diagnostic is not the expected one. The weight orders candidates by nearness.</summary>
internal readonly record struct Mismatch(int Weight, string Text);
