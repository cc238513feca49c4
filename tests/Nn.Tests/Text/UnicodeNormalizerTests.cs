using System.Text;
using CudaNet.Nn.Text.Unicode;

namespace CudaNet.Tests.Text;

/// <summary>Expected forms are those of Python's <c>unicodedata</c>, of the same version of Unicode.</summary>
public sealed class UnicodeNormalizerTests
{
    [TestCase("\U00011D45\u0045\u2DF5\uA676\u0065\u0061", "\U00011D45\u0045\u2DF5\uA676\u0065\u0061", "\U00011D45\u0045\u2DF5\uA676\u0065\u0061", "\U00011D45\u0045\u2DF5\uA676\u0065\u0061", "\U00011D45\u0045\u2DF5\uA676\u0065\u0061")]
    [TestCase("\u081F\u006F\U0001D7D9\u1DF2\u0063\uA8C4", "\u081F\u006F\U0001D7D9\u1DF2\u0063\uA8C4", "\u081F\u006F\U0001D7D9\u1DF2\u0063\uA8C4", "\u081F\u006F\u0031\u1DF2\u0063\uA8C4", "\u081F\u006F\u0031\u1DF2\u0063\uA8C4")]
    [TestCase("\u2271\u0045\u006E\u0061\u0065\U0001F21C", "\u2271\u0045\u006E\u0061\u0065\U0001F21C", "\u2265\u0338\u0045\u006E\u0061\u0065\U0001F21C", "\u2271\u0045\u006E\u0061\u0065\u524D", "\u2265\u0338\u0045\u006E\u0061\u0065\u524D")]
    [TestCase("\u0061\U00011D45\U0002F9E2\u1CD9\u006E\u006E", "\u0061\U00011D45\u9094\u1CD9\u006E\u006E", "\u0061\U00011D45\u9094\u1CD9\u006E\u006E", "\u0061\U00011D45\u9094\u1CD9\u006E\u006E", "\u0061\U00011D45\u9094\u1CD9\u006E\u006E")]
    [TestCase("\U0001107F\u0063\u33F2\u02D8\uFCFF\u2F04", "\U0001107F\u0063\u33F2\u02D8\uFCFF\u2F04", "\U0001107F\u0063\u33F2\u02D8\uFCFF\u2F04", "\U0001107F\u0063\u0031\u0039\u65E5\u0020\u0306\u062D\u0649\u4E59", "\U0001107F\u0063\u0031\u0039\u65E5\u0020\u0306\u062D\u0649\u4E59")]
    [TestCase("\u006E\u004F\u1DD0\u20EB\u1DEB\u006E", "\u006E\u004F\u20EB\u1DD0\u1DEB\u006E", "\u006E\u004F\u20EB\u1DD0\u1DEB\u006E", "\u006E\u004F\u20EB\u1DD0\u1DEB\u006E", "\u006E\u004F\u20EB\u1DD0\u1DEB\u006E")]
    [TestCase("\u006F\uFE27\u2FB6\u0049\u0045\u0075", "\u006F\uFE27\u2FB6\u0049\u0045\u0075", "\u006F\uFE27\u2FB6\u0049\u0045\u0075", "\u006F\uFE27\u98DB\u0049\u0045\u0075", "\u006F\uFE27\u98DB\u0049\u0045\u0075")]
    [TestCase("\u0041\u0065\u0049\U0001D51C\u004F\u059C", "\u0041\u0065\u0049\U0001D51C\u004F\u059C", "\u0041\u0065\u0049\U0001D51C\u004F\u059C", "\u0041\u0065\u0049\u0059\u004F\u059C", "\u0041\u0065\u0049\u0059\u004F\u059C")]
    [TestCase("\uFC95\u0063\u3342\uF9E0\u016F\u1AB8", "\uFC95\u0063\u3342\u6613\u016F\u1AB8", "\uFC95\u0063\u3342\u6613\u0075\u1AB8\u030A", "\u064A\u0649\u0063\u30DB\u30FC\u30F3\u6613\u016F\u1AB8", "\u064A\u0649\u0063\u30DB\u30FC\u30F3\u6613\u0075\u1AB8\u030A")]
    [TestCase("\U0001E2AE\u033A\u0041\uAC14\u0041\u1DFD", "\u033A\U0001E2AE\u0041\uAC14\u0041\u1DFD", "\u033A\U0001E2AE\u0041\u1100\u1161\u11BB\u0041\u1DFD", "\u033A\U0001E2AE\u0041\uAC14\u0041\u1DFD", "\u033A\U0001E2AE\u0041\u1100\u1161\u11BB\u0041\u1DFD")]
    [TestCase("\u0065\u0323\u0301", "\u1EB9\u0301", "\u0065\u0323\u0301", "\u1EB9\u0301", "\u0065\u0323\u0301")]
    [TestCase("\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [TestCase("\u212B\uFB01\u2460", "\u00C5\uFB01\u2460", "\u0041\u030A\uFB01\u2460", "\u00C5\u0066\u0069\u0031", "\u0041\u030A\u0066\u0069\u0031")]
    [TestCase("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    public void Normal_forms_are_those_of_the_standard(string text, string c, string d, string kc, string kd)
    {
        Assert.Multiple(() =>
        {
            Assert.That(UnicodeNormalizer.Normalize(text, NormalizationForm.FormC), Is.EqualTo(c), "C");
            Assert.That(UnicodeNormalizer.Normalize(text, NormalizationForm.FormD), Is.EqualTo(d), "D");
            Assert.That(UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC), Is.EqualTo(kc), "KC");
            Assert.That(UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD), Is.EqualTo(kd), "KD");
        });
    }

    [Test]
    public void Every_character_keeps_its_form_when_it_is_normalised_again()
    {
        for (int value = 0; value < 0x30000; value++)
        {
            if (!Rune.IsValid(value))
                continue;
            string text = new Rune(value).ToString();
            foreach (var form in new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD })
            {
                string once = UnicodeNormalizer.Normalize(text, form);
                if (UnicodeNormalizer.Normalize(once, form) != once)
                    Assert.Fail($"U+{value:X} in {form}");
            }
            string d = UnicodeNormalizer.Normalize(text, NormalizationForm.FormD);
            if (UnicodeNormalizer.Normalize(UnicodeNormalizer.Normalize(text, NormalizationForm.FormC), NormalizationForm.FormD) != d)
                Assert.Fail($"U+{value:X}: C then D");
        }
    }
}
