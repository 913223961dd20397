using System.Text;

namespace Optimi.Tests;

/// <summary>Pickles that are more than <see cref="PickleWriter"/> writes. Each is a text whose letters are its bytes.</summary>
internal sealed class PickleTests
{
    [TestCase("\u0080\u0002K\u0007.", "tensor I64 [] 7", TestName = "A number of one byte")]
    [TestCase("M\u0001\u0002.", "tensor I64 [] 513", TestName = "A number of two bytes")]
    [TestCase("\u008a\0.", "tensor I64 [] 0", TestName = "A long of no bytes")]
    [TestCase("\u008a\u0002\0\u0080.", "tensor I64 [] -32768", TestName = "A long below 0")]
    [TestCase("\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", "tensor I64 [] 9.223372036854776E+18", TestName = "The largest long")]
    [TestCase("(]q\u0005K\u0001ah\u0005t.", "0 I64 [1] 1|1 I64 [1] 1", TestName = "A list in two places")]
    [TestCase("}r\u0005\u0006\u0007\u0008\u008c\u0001aK\u0001s\u0085j\u0005\u0006\u0007\u0008\u0086.", "0.0.a I64 [] 1|1.a I64 [] 1", TestName = "A long memory number")]
    [TestCase("K\u0001K\u0002K\u0003\u0087.", "tensor I64 [3] 1 2 3", TestName = "A tuple of three")]
    [TestCase("\u0080\u0004\u0095\u0003\0\0\0\0\0\0\0}\u0094\u008c\u0001aK\u0001s.", "a I64 [] 1", TestName = "Protocol 4")]
    [TestCase("}\u008d\u0001\0\0\0\0\0\0\0aK\u0001s.", "a I64 [] 1", TestName = "A text with a long length")]
    [TestCase("ctorch\nSize\nK\u0002K\u0003\u0086\u0085R.", "tensor I64 [2] 2 3", TestName = "A shape")]
    [TestCase("\u008c\u0005torch\u008c\u0004Size\u0093K\u0002\u0085\u0085R.", "tensor I64 [1] 2", TestName = "A class named by the stack")]
    [TestCase("ccollections\nOrderedDict\n)R\u008c\u0001aK\u0001s}\u008c\u0009_metadataK\u0001sb.", "a I64 [] 1", TestName = "Attributes are left out")]
    [TestCase("}\u008c\u0000K\u0001s.", " I64 [] 1", TestName = "An empty name")]
    [TestCase("N.", "", TestName = "None")]
    [TestCase("}.", "", TestName = "An empty dictionary")]
    public void Pickles_are_read(string pickle, string expected)
    {
        using TensorFile file = Open(pickle);
        Assert.That(string.Join('|', PthWriter.Lines(file)), Is.EqualTo(expected));
    }

    [TestCase("cnumpy.core.multiarray\nscalar\n.", "holds a numpy.core.multiarray.scalar, which is not read: only tensors", TestName = "A number of NumPy")]
    [TestCase("cos\nsystem\n\u008c\u0002ls\u0085R.", "holds a os.system,", TestName = "A function that does harm")]
    [TestCase("\u008c\u0002os\u008c\u0006system\u0093.", "holds a os.system,", TestName = "The same by the stack")]
    [TestCase("cbuiltins\neval\n.", "holds a builtins.eval,", TestName = "Python code")]
    [TestCase("ctorch._utils\n_rebuild_tensor_v3\n.", "convert it, such as by .float()", TestName = "A new type")]
    [TestCase("ctorch._tensor\n_rebuild_from_type_v2\n.", "save its .detach().clone()", TestName = "A tensor of a class of its own")]
    [TestCase("ctorch.FloatStorage\nx\n.", "holds a torch.FloatStorage.x", TestName = "A member of a class")]
    [TestCase("c\n\n.", "holds a .,", TestName = "A class without a name")]
    [TestCase("C\u0001a.", "holds a bytes object", TestName = "Bytes")]
    [TestCase("\u008f.", "holds a set", TestName = "A set")]
    [TestCase("ctorch\nFloatStorage\n.", "holds a storage or class in 'tensor'", TestName = "A class itself")]
    [TestCase("}NK\u0001s.", "a key that is neither a text nor a whole number", TestName = "A key that is None")]
    [TestCase("}\u0088K\u0001s.", "a key that is neither a text nor a whole number", TestName = "A key that is True")]
    [TestCase("}G\0\0\0\0\0\0\0\0K\u0001s.", "a key that is neither a text nor a whole number", TestName = "A key that is a float")]
    [TestCase("}(\u008c\u0001aK\u0001\u008c\u0001aK\u0002u.", "has the name 'a' twice", TestName = "A key that is there twice")]
    [TestCase("}(K\u0001K\u0001\u008c\u00011K\u0002u.", "has the name '1' twice", TestName = "A number and its text as keys")]
    [TestCase("}(\u008c\u0001a}\u008c\u0001bK\u0001s\u008c\u0003a.bK\u0002u.", "has the name 'a.b' twice", TestName = "A key with a dot")]
    [TestCase("}(\u008c\u0001a}\u008c\u0001b\u008c\u0001xs\u008c\u0003a.bK\u0002u.", "has the name 'a.b' twice", TestName = "A text and a number of one name")]
    [TestCase("}\u008c\u0001\nK\u0001s.", "has a control character", TestName = "A name with a line break")]
    [TestCase("\u008a\u0009\0\0\0\0\0\0\0\0\u0001.", "a whole number of 9 bytes", TestName = "A number that is too large")]
    [TestCase("\u008c\u0001\u00ff.", "a text that is not Unicode", TestName = "A text that is not Unicode")]
    [TestCase("\u0080\u0006N.", "newer protocol", TestName = "A newer protocol")]
    [TestCase("I1\n.", "the opcode 0x49 at 0", TestName = "An old opcode")]
    [TestCase("N0.", "the opcode 0x30 at 1", TestName = "An opcode that is not needed")]
    [TestCase("\0.", "the opcode 0x00 at 0", TestName = "An opcode of zero")]
    [TestCase("N.N.", "goes on after its end", TestName = "Two pickles")]
    [TestCase(".", "ends where a value is not whole", TestName = "No value")]
    [TestCase("NN.", "ends where a value is not whole", TestName = "Two values")]
    [TestCase("N(.", "ends where a value is not whole", TestName = "An open mark")]
    [TestCase("", "needs 1 bytes at 0", TestName = "No pickle")]
    [TestCase("N", "needs 1 bytes at 1", TestName = "No end")]
    [TestCase("X\u00ff\u00ff\u00ff\u00ffa.", "needs 4294967295 bytes", TestName = "A text longer than the pickle")]
    [TestCase("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.", "needs 18446744073709551615 bytes", TestName = "A text longer than memory")]
    [TestCase("ca", "ends inside a line", TestName = "A line without an end")]
    [TestCase("h\0.", "never remembered", TestName = "A value that was not remembered")]
    [TestCase("q\0N.", "takes a value where there is none", TestName = "Nothing to remember")]
    [TestCase("t.", "takes a mark where there is none", TestName = "A mark that is not there")]
    [TestCase("N(\u0085.", "takes a value where there is none", TestName = "A value below a mark")]
    [TestCase("NNa.", "a value of the wrong type", TestName = "An item of what is no list")]
    [TestCase(")Na.", "a value of the wrong type", TestName = "An item of a tuple")]
    [TestCase("}(Nu.", "a key without a value", TestName = "A key without a value")]
    [TestCase("NNb.", "a value of the wrong type", TestName = "Attributes of what is no dictionary")]
    [TestCase("N)R.", "a value of the wrong type", TestName = "A call of what is no function")]
    [TestCase("ctorch\nSize\nNR.", "a value of the wrong type", TestName = "A call without arguments")]
    [TestCase("ctorch\nSize\n)R.", "calls torch.Size with other values", TestName = "A call with too few arguments")]
    [TestCase("ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage with other values", TestName = "A call of a class that is not called")]
    [TestCase("ctorch._utils\n_rebuild_parameter\nN\u0085R.", "calls torch._utils._rebuild_parameter with other", TestName = "A parameter of nothing")]
    [TestCase(")Q.", "names a storage by other values", TestName = "A storage without a description")]
    [TestCase("NQ.", "a value of the wrong type", TestName = "A storage described by no tuple")]
    public void What_is_no_checkpoint_is_refused_with_its_cause(string pickle, string cause) => AssertRefused(pickle, cause);

    [Test]
    public void A_parameter_is_its_tensor()
    {
        PickleWriter writer = new PickleWriter().Global("torch._utils", "_rebuild_parameter").Op(PickleOpcode.Mark);
        writer.Value(PthTensor.Dense("Float", "0", 1)).Value(true).Global("collections", "OrderedDict").Op(PickleOpcode.EmptyTuple);
        writer.Op(PickleOpcode.Reduce).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce).Op(PickleOpcode.Stop);
        using TensorFile file = PthWriter.Open(PthWriter.FileOf(writer.ToArray(), PthWriter.Bytes(3f)));
        Assert.That(file.Tensors.Single().ToArray(), Is.EqualTo([3]));
    }

    [TestCase("]q\0h\0a.", TestName = "A list that holds itself")]
    [TestCase("]q\0(h\0h\0h\0e.", TestName = "A list that holds itself three times")]
    [TestCase("}q\0\u008c\u0001ah\0s.", TestName = "A dictionary that holds itself")]
    [TestCase("]q\0}q\u0001\u008c\u0001ah\0sa.", TestName = "A list in a dictionary in the list")]
    public void Cycles_are_refused(string pickle) => AssertRefused(pickle, "or holds itself there");

    [Test]
    public void Deep_nesting_is_refused() =>
        AssertRefused(new string(']', 1_000_000) + new string('a', 999_999) + ".", "nests more than 64 deep");

    [Test]
    public void Values_without_end_are_refused()
    {
        byte[] pickle = new byte[30_000_001];
        pickle.AsSpan().Fill((byte)PickleOpcode.Null);
        Assert.That(
            () => Unpickler.Read("The file", pickle),
            Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("more than the 30000000 values"));
    }

    [TestCase(64, true)]
    [TestCase(65, false)]
    public void Nesting_has_a_limit(int lists, bool isRead)
    {
        string pickle = new string(']', lists) + "\u0088" + new string('a', lists) + ".";
        if (isRead)
            Assert.That(() => Open(pickle), Throws.Nothing);
        else
            AssertRefused(pickle, "nests more than 64 deep");
    }

    [TestCase("]", TestName = "Lists without end")]
    [TestCase("]K\u0001a", TestName = "Numbers without end")]
    [TestCase("N", TestName = "Nothing without end")]
    public void Lists_that_hold_each_other_do_not_grow_without_end(string first)
    {
        // Each list holds the one before it ten times: 10^60 items.
        var pickle = new StringBuilder("](" + first + "q\0");
        for (int i = 0; i < 60; i++)
            pickle.Append($"]({string.Concat(Enumerable.Repeat($"h{(char)i}", 10))}eq{(char)(i + 1)}");
        AssertRefused(pickle.Append("e.").ToString(), "repeats parts of itself too often");
    }

    [Test]
    public void Long_names_in_many_places_do_not_grow_without_end()
    {
        // 60,000 items below a name of 1,000 letters are fewer than are allowed, but their names together are not.
        string items = "](" + string.Concat(Enumerable.Repeat("\u0089", 60_000)) + "e";
        AssertRefused($"}}X\u00e8\u0003\0\0{new string('a', 1000)}{items}s.", "repeats parts of itself too often");
    }

    [Test]
    public void Long_names_are_refused() => AssertRefused($"}}X\u0001\u0004\0\0{new string('a', 1025)}K\u0001s.", "takes more than 1024 bytes");

    private static TensorFile Open(string pickle) => PthWriter.Open(PthWriter.FileOf(Encoding.Latin1.GetBytes(pickle)));

    private static void AssertRefused(string pickle, string cause) =>
        Assert.That(() => Open(pickle), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains(cause));
}
