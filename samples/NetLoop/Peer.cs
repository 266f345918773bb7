using MdlRuntime.Simulation;

namespace NetLoop;

/// <summary>The user process: waits for packets, sends some, and compares.</summary>
internal static class Peer
{
    /// <summary>Packets under way at a time.</summary>
    private const int Burst = 4;

    /// <summary>Where the buffers start in their first page: nothing obliges a process to align them.</summary>
    private const uint BufferOffset = 0xE50;

    /// <summary>Sends packets of growing length; returns how many came back as they were sent.</summary>
    public static int Run(Machine machine, UserProcess process, int packets, uint longest, StepPrinter printer)
    {
        using DeviceHandle handle = process.Open(NetDriver.DeviceName, AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA, CreateOptions.None);
        int received = 0;
        for (int first = 0; first < packets; first += Burst)
        {
            int count = Math.Min(Burst, packets - first);
            var sent = new (nuint From, nuint To, uint Length, Task<IoStatusBlock> Result)[count];
            for (int i = 0; i < count; i++)
            {
                uint length = (uint)(1 + (first + i) * 2731L % longest);
                nuint from = process.Allocate(length, BufferOffset), to = process.Allocate(longest, BufferOffset);
                process.Write(from, Content(first + i, length));
                sent[i] = (from, to, length, handle.ReadAsync(to, longest));
            }

            var sending = new Task<IoStatusBlock>[count];
            for (int i = 0; i < count; i++)
            {
                printer.BeginPacket(first + i, sent[i].Length);
                sending[i] = handle.WriteAsync(sent[i].From, sent[i].Length);
            }

            machine.RunUntilIdle();
            for (int i = 0; i < count; i++)
            {
                received += IsSame(process, first + i, sent[i], sending[i]) ? 1 : 0;
                process.Free(sent[i].From);
                process.Free(sent[i].To);
            }
        }

        return received;
    }

    private static bool IsSame(
        UserProcess process, int number, (nuint From, nuint To, uint Length, Task<IoStatusBlock> Result) packet, Task<IoStatusBlock> sending)
    {
        if (!packet.Result.IsCompletedSuccessfully || packet.Result.Result.Information != packet.Length
            || !sending.IsCompletedSuccessfully || sending.Result.Status != STATUS_SUCCESS)
            return false;

        var bytes = new byte[packet.Length];
        process.Read(packet.To, bytes);
        return bytes.AsSpan().SequenceEqual(Content(number, packet.Length));
    }

    private static byte[] Content(int number, uint length)
    {
        var bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        return bytes;
    }
}
