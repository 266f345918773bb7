using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.BadInput;

/// <summary>A routine that this version does not model says so, whatever it is given.</summary>
public sealed class NotModelledTests
{
    private static readonly (Type Type, string[] Routines)[] s_notModelled =
    [
        (typeof(DmaAdapter),
        [
            nameof(DmaAdapter.BuildScatterGatherList), nameof(DmaAdapter.BuildMdlFromScatterGatherList),
            nameof(DmaAdapter.InitializeDmaTransferContext), nameof(DmaAdapter.AllocateAdapterChannelEx),
            nameof(DmaAdapter.CancelAdapterChannel), nameof(DmaAdapter.MapTransferEx), nameof(DmaAdapter.GetScatterGatherListEx),
            nameof(DmaAdapter.FlushAdapterBuffersEx), nameof(DmaAdapter.FreeAdapterObject), nameof(DmaAdapter.CancelMappedTransfer),
        ]),
    ];

    public static TheoryData<string> Names => [.. Entries().Select(entry => entry.Name)];

    [Fact]
    public void Every_listed_routine_exists() =>
        Assert.All(s_notModelled, listed => Assert.All(listed.Routines, routine => Assert.Contains(Entries(), entry => entry.Method.Name == routine)));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_routine_names_itself(string name)
    {
        EntryPoint entry = EntryPoint.All[name];
        using var rig = new BadInputRig();
        object?[] arguments = [.. entry.Types.Select(type => rig.Argument(type, choice: 0))];

        var refusal = Assert.Throws<NotModelledException>(() => rig.Process.Run(() => entry.Call(arguments)));

        Assert.Contains(entry.Method.Name, refusal.Routine);
        Assert.Contains(entry.Method.Name, refusal.Message);
    }

    private static IEnumerable<EntryPoint> Entries() => EntryPoint.All.Values.Where(entry =>
        s_notModelled.Any(listed => listed.Type == entry.Method.DeclaringType && listed.Routines.Contains(entry.Method.Name)));
}
