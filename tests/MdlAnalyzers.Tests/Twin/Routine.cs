using MdlRuntime;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>A compiled driver of the corpus: its dispatch routine and, if it has one, its StartIo routine.</summary>
internal sealed class Routine
{
    private static readonly (string Name, MajorFunction Function)[] s_dispatch =
    [
        ("DispatchRead", MajorFunction.IRP_MJ_READ),
        ("DispatchWrite", MajorFunction.IRP_MJ_WRITE),
        ("DispatchDeviceControl", MajorFunction.IRP_MJ_DEVICE_CONTROL),
    ];

    public Routine(Type type)
    {
        (string name, Function) = s_dispatch.Single(d => type.GetMethod(d.Name) is not null);
        Dispatch = type.GetMethod(name)!.CreateDelegate<DriverDispatch>();
        StartIo = type.GetMethod("StartIo")?.CreateDelegate<DriverStartIo>();
    }

    public MajorFunction Function { get; }

    public DriverDispatch Dispatch { get; }

    public DriverStartIo? StartIo { get; }
}
