namespace MdlRuntime;

/// <summary>The DPC queue with the checks of its documented interface.</summary>
internal static class Dpcs
{
    public static bool Insert(KDpc dpc, object? argument1, object? argument2)
    {
        Processor processor = Processor.Current;
        if (dpc.Routine is null)
            throw new ArgumentException("the DPC has not been initialized with KeInitializeDpc", nameof(dpc));
        return processor.QueueDpc(dpc, argument1, argument2);
    }
}
