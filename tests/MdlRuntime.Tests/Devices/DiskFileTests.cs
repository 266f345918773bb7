using MdlRuntime.Devices;

namespace MdlRuntime.Tests.Devices;

/// <summary>What becomes of a request when something is wrong with the file behind the disk.</summary>
public sealed class DiskFileTests
{
    [Fact]
    public void A_missing_file_is_a_drive_without_a_disk()
    {
        using var file = new TemporaryFile(5000);
        File.Delete(file.Path);
        using var medium = new FileMedium(file.Path);
        using var rig = new DiskRig(medium);
        Assert.Equal(NtStatus.STATUS_DEVICE_NOT_READY, rig.Read(5000, 0xE50).Status.Status);

        File.WriteAllBytes(file.Path, file.Bytes);
        (IoStatusBlock status, byte[] buffer) = rig.Read(5000, 0xE50);

        Assert.Equal(NtStatus.STATUS_SUCCESS, status.Status);
        Assert.Equal(file.Bytes, buffer);
        rig.AssertClean();
    }

    [Fact]
    public void A_path_that_cannot_be_read_denies_access()
    {
        using var medium = new FileMedium(Path.GetTempPath());
        using var rig = new DiskRig(medium);

        Assert.Equal(NtStatus.STATUS_ACCESS_DENIED, rig.Read(5000, 0xE50).Status.Status);

        rig.AssertClean();
    }

    [Fact]
    public void A_file_that_shrinks_under_the_disk_is_a_device_error()
    {
        using var file = new TemporaryFile(20000);
        using var medium = new FileMedium(file.Path);
        using var rig = new DiskRig(medium);
        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(100).Status.Status);

        file.Shrink(10000);
        IoStatusBlock status = rig.Read(5000, 0xE50, position: 8000).Status;

        Assert.Equal((NtStatus.STATUS_IO_DEVICE_ERROR, (nuint)0), (status.Status, status.Information));
        rig.AssertClean();
    }

    [Fact]
    public void A_read_only_file_refuses_a_write_and_stays_as_it_is()
    {
        using var file = new TemporaryFile(5000);
        using var medium = new FileMedium(file.Path);
        using var rig = new DiskRig(medium);

        IoStatusBlock status = rig.Write(new byte[5000], 0xE50);

        Assert.Equal((NtStatus.STATUS_ACCESS_DENIED, (nuint)0), (status.Status, status.Information));
        Assert.Equal(file.Bytes, File.ReadAllBytes(file.Path));
        rig.AssertClean();
    }

    [Fact]
    public void A_write_does_not_make_the_file_longer()
    {
        using var file = new TemporaryFile(5000);
        using var medium = new FileMedium(file.Path, FileAccess.ReadWrite);
        using var rig = new DiskRig(medium);

        IoStatusBlock status = rig.Write(new byte[3000], 0xE50, position: 4000);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)1000), (status.Status, status.Information));
        Assert.Equal([.. file.Bytes[..4000], .. new byte[1000]], File.ReadAllBytes(file.Path));
        rig.AssertClean();
    }
}
