using System.Security.Cryptography;
using MdlRuntime.Simulation;

namespace DmaDisk;

/// <summary>The user process: reads the disk from the start, one buffer at a time.</summary>
internal static class Reader
{
    private const uint LargestRequest = 1 << 20;

    /// <summary>Where the buffer starts in its first page: nothing obliges a process to align it.</summary>
    private const uint BufferOffset = 0xE50;

    /// <summary>Reads up to <paramref name="length"/> bytes and adds them to a hash.</summary>
    /// <returns>The bytes received; fewer if the disk ends or fails before.</returns>
    public static long ReadAll(UserProcess process, long length, IncrementalHash received, StepPrinter printer)
    {
        using DeviceHandle handle = process.Open(DiskDriver.DeviceName);
        uint size = (uint)Math.Min(length, LargestRequest);
        nuint buffer = process.Allocate(Math.Max(size, 1), BufferOffset);
        var bytes = new byte[size];
        long position = 0;
        IoStatusBlock result;
        do
        {
            uint wanted = (uint)Math.Min(length - position, size);
            printer.BeginRequest(process, buffer, wanted, position);
            result = handle.Read(buffer, wanted, position);
            printer.EndRequest(result);

            int count = (int)result.Information;
            process.Read(buffer, bytes.AsSpan(0, count));
            received.AppendData(bytes, 0, count);
            position += count;
        }
        while (position < length && result.Status == STATUS_SUCCESS);

        process.Free(buffer);
        return position;
    }
}
