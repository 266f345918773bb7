namespace MdlAnalyzers.Contracts;

/// <summary>The kernel object a type stands for. Mirrors <c>MdlEntity</c> of the runtime by member name.</summary>
internal enum Entity
{
    None = 0,
    Mdl = 1,
    Irp = 2,
    StackLocation = 3,
    Adapter = 4,
    MapRegisters = 5,
    ScatterGatherList = 6,
    Device = 7,
    Driver = 8,
    TransferContext = 9,
    Status = 10,
}
