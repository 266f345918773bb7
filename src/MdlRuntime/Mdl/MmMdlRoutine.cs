namespace MdlRuntime;

/// <summary>Code that works on a mapping which exists only while it runs. WDK: MM_MDL_ROUTINE.</summary>
/// <param name="driverContext">What was given to <see cref="MemoryManager.MmMapMdl"/>.</param>
/// <param name="mappedVa">System address of the first byte of the buffer.</param>
public delegate void MmMdlRoutine(object? driverContext, nuint mappedVa);
