using MdlAnalyzers.Contracts;
using MdlRuntime.Annotations;

namespace MdlAnalyzers.Tests.Contracts;

/// <summary>The analyzers know every member of the vocabulary that the runtime declares.</summary>
public sealed class MirrorTests
{
    [Theory]
    [InlineData(typeof(MdlValueKind), nameof(ValueKind))]
    [InlineData(typeof(MdlEffect), nameof(Effect))]
    [InlineData(typeof(MdlEntity), nameof(Entity))]
    [InlineData(typeof(MdlTransfer), nameof(Transfer))]
    [InlineData(typeof(MdlMacro), nameof(Macro))]
    [InlineData(typeof(DriverRole), nameof(Role))]
    public void EveryDeclaredMember_IsKnownByName(Type declared, string known)
    {
        Type mirror = typeof(ValueKind).Assembly.GetType($"MdlAnalyzers.Contracts.{known}", throwOnError: true)!;

        Assert.Equal(Enum.GetNames(declared), Enum.GetNames(mirror));
    }
}
