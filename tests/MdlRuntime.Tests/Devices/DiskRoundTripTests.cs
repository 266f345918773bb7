using MdlRuntime.Devices;

namespace MdlRuntime.Tests.Devices;

/// <summary>A process reads and writes a real file through a WDM driver by direct I/O and DMA, whatever the shape of its buffer and of the device.</summary>
[Proves("DMA-126", "DMA-131", "DMA-180", "DMA-181")]
public sealed class DiskRoundTripTests
{
    private static readonly BlockDeviceOptions s_scatterGather = new();
    private static readonly BlockDeviceOptions s_bounced = new() { AddressBits = 24 };
    private static readonly BlockDeviceOptions s_single = new() { ScatterGather = false, AddressBits = 32 };
    private static readonly BlockDeviceOptions s_singleBounced = new() { ScatterGather = false, AddressBits = 24 };

    public static IEnumerable<(int Length, uint Offset, string Device)> Shapes =>
        from length in (int[])[0, 1, 4096, 5000, 10000]
        from offset in (uint[])[0, 1, 0xE50, 0xFFF]
        from device in (string[])["scatter/gather", "24 bits", "single", "single, 24 bits"]
        select (length, offset, device);

    public static IEnumerable<(int Length, uint Offset, string Device)> LargeShapes =>
        from offset in (uint[])[0, 1, 0xE50, 0xFFF]
        from device in (string[])["scatter/gather", "24 bits"]
        select (3 << 20, offset, device);

    [Theory, MemberData(nameof(Shapes)), MemberData(nameof(LargeShapes))]
    public void What_is_read_is_what_the_file_holds(int length, uint offset, string device)
    {
        using var file = new TemporaryFile(length);
        using var medium = new FileMedium(file.Path);
        using var rig = new DiskRig(medium, Options(device));

        (IoStatusBlock status, byte[] buffer) = rig.Read((uint)length, offset);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)length), (status.Status, status.Information));
        Assert.True(file.Bytes.AsSpan().SequenceEqual(buffer));
        rig.AssertClean();
    }

    [Theory, MemberData(nameof(Shapes)), MemberData(nameof(LargeShapes))]
    public void What_is_written_is_what_the_file_holds_afterwards(int length, uint offset, string device)
    {
        using var file = new TemporaryFile(length + 100);
        using var medium = new FileMedium(file.Path, FileAccess.ReadWrite);
        using var rig = new DiskRig(medium, Options(device));
        byte[] written = new byte[length];
        new Random(length).NextBytes(written);
        byte[] expected = [.. file.Bytes[..50], .. written, .. file.Bytes[(50 + length)..]];

        IoStatusBlock status = rig.Write(written, offset, position: 50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)length), (status.Status, status.Information));
        Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(file.Path)));
        rig.AssertClean();
    }

    private static BlockDeviceOptions Options(string device) => device switch
    {
        "scatter/gather" => s_scatterGather,
        "24 bits" => s_bounced,
        "single" => s_single,
        _ => s_singleBounced,
    };
}
